"""What may be wrong with an installation. Each check gives findings; none of them changes anything."""
