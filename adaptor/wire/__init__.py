"""The way to another machine: connections, addresses, uploads; and whether a byte has left."""
