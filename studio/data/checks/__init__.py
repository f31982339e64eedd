"""What is wrong with pictures and labels; each file finds one sort of fault."""
