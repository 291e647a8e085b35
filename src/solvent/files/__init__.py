"""Files: the shell of the library: folders, the command line, the sample company."""
