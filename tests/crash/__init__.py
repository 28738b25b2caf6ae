"""What kills, freezes or cuts something while events flow, and counts afterwards."""
