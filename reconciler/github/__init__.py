"""GitHub's side of the pull-request loop: its REST API, one comment kept up to date, one issue a signature."""
