"""Pages: documents as people read them: printable HTML, Markdown, plain text, in English and Chinese."""
