"""Mail that customers write, from MIME to touchpoints; by IMAP, by SMTP, or through the collector."""
