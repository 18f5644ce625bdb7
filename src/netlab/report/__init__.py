"""Pure functions from facts to what people read. Only `cli` prints."""
