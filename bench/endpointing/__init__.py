"""When is the user's turn over? Cut-offs and delay of every rule on recordings of one's own."""
