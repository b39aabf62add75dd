//! Every rule of every family; ids are unique.
