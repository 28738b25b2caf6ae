"""DreamScape: seven services of a travel agency, and its web page, over one Kafka backbone.

Each module is one service and runs by itself: `python -m examples.dreamscape.voyage`. All together,
with customers: `make example`. README.md tells who says what to whom.
"""
