"""The desk in the browser: pages for officers, hotline, supervisors, rated clerks, reviewers, citizens; the API."""
