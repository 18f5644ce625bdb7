"""What people do with netlab, as functions that report typed events and print nothing."""
