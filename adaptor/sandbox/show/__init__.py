"""What a test or a terminal shows of a sandbox: transcripts, assertions."""
