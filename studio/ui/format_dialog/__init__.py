"""The dialog that shows how a data set is understood, and corrects it."""
