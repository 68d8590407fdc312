"""The demonstration: invented libraries, questions, mails and answers, and what plays them."""
