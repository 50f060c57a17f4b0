"""Programs that use the real SDKs as their documentation says; each sends the calls that it reads as JSON."""
