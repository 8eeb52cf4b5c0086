"""The database, the server and the environment of `make run`."""
