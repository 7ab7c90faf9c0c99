"""What some commands do in parts: `config token`, and `runs queue`, `retry` and `cancel`."""
