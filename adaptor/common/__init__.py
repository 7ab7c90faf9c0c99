"""Operations for any job: the vocabulary that users of OpenFn know, and HTTP for systems that are not Facebook."""
