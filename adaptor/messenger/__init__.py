"""Operations on the Messenger Platform, one module per part of Meta's documentation."""
