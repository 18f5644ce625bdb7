"""Container images that people bring: an OCI image folder, or a tar of `docker save`; read without Docker."""
