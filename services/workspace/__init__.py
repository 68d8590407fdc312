"""Where librarians and the coordinator work: a read model made of facts alone, and requests to change it."""
