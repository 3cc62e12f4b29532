"""Floor 9: the command line; a module for each verb, imported when it is typed."""
