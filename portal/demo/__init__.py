"""What the demo needs beside its data: a sample VAT return, and a way to send it without curl."""
