"""Herald: a public declaration kept in front of the people it concerns."""
