"""A job under a parent process that ends it when its time or memory is used up."""
