"""What every front end needs of a case: who may look and act, how fields are filled, how it reads in Chinese."""
