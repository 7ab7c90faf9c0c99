"""Operations that talk to nobody: the vocabulary that users of OpenFn know."""
