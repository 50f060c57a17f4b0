"""`rapport customer`: one customer as the line knows them; read, told apart from how it is shown."""
