"""Operations about persons: profiles, labels, personas, conversations, who answers them."""
