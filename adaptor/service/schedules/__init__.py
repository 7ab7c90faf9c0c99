"""Starting runs at the moments that cron triggers name."""
