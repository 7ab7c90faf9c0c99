"""What a sandbox knows: the Page, its objects, what happened, the clock; kept in a file where wanted."""
