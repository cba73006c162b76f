"""Pure decisions of the procedure: who may do what, what follows, and when. No clock, no files, no engine."""
