"""Tests for jobs: `adaptor test`."""
