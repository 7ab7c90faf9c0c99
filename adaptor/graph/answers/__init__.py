"""What Graph answers: bodies, error codes and their classes, usage headers."""
