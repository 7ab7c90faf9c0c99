"""A request as Graph reads it: parameters, fields, paging, files, references inside a batch."""
