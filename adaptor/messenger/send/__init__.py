"""Operations that send something to one person."""
