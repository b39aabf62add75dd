//! The command tree of a shell script in a RUN instruction.
