"""Requests and answers: sessions, headers, words, templates."""
