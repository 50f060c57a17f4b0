"""What people at the front line see and do: accounts, live alerts, cards, pictures. It holds no truth of the line."""
