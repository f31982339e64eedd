"""Labels, exclusions, tags and splits that a person set, kept beside the pictures' own."""
