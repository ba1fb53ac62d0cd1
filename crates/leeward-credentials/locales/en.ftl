# Why a passphrase may not be chosen.
refusal-too-short = The passphrase has { $is } { $is ->
    [one] character
   *[other] characters
} and needs { $min }.
refusal-too-long = The passphrase has { $is } characters and may have { $max }.
refusal-missing-lower = The passphrase needs at least { $needs } lower-case { $needs ->
    [one] letter
   *[other] letters
}.
refusal-missing-upper = The passphrase needs at least { $needs } upper-case { $needs ->
    [one] letter
   *[other] letters
}.
refusal-missing-digit = The passphrase needs at least { $needs } { $needs ->
    [one] digit
   *[other] digits
}.
refusal-missing-sign = The passphrase needs at least { $needs } { $needs ->
    [one] sign, such as a space or a comma
   *[other] signs, such as spaces or commas
}.
refusal-common = The passphrase is among those that are tried first.
refusal-context-word = The passphrase is made of the name of this service.
refusal-personal-word = The passphrase is made of your own name.
refusal-repeated = The passphrase repeats one short piece.
refusal-keyboard = The passphrase runs along the keyboard.
refusal-sequence = The passphrase runs along the alphabet or the digits.
refusal-too-weak = The passphrase is too easy to guess.
refusal-breached = The passphrase is in a collection of stolen ones.
refusal-breach-unknown = Whether the passphrase was stolen could not be looked up.
refusal-used-before = You used this passphrase here before.

# What to do about it.
guidance-unrelated-words = Take a few words that do not belong together.
guidance-shorten = Leave some of it out.
guidance-add-lower = Add a lower-case letter, best in the middle.
guidance-add-upper = Add an upper-case letter, best in the middle.
guidance-add-digit = Add a digit, best in the middle.
guidance-add-sign = Add a sign, best in the middle.
guidance-no-names = Take words that nobody connects with you or with this service.
guidance-no-pattern = Take a few words in place of a pattern.
guidance-another-word = Add another word or two; rare words are better.
guidance-change-it-elsewhere-too = Take another one, and change it wherever else you use it.
guidance-never-used = Take one that you never used here.
guidance-try-later = Try again later.

# How strong a passphrase is.
score-zero = Very weak
score-one = Weak
score-two = Fair
score-three = Good
score-four = Strong

# What is wrong with it.
warning-row-of-keys = Rows of keys are easy to guess.
warning-key-pattern = Short patterns on the keyboard are easy to guess.
warning-repeated-character = One character over and over is easy to guess.
warning-repeated-piece = A piece over and over is hardly harder to guess than the piece.
warning-top-10 = This is among the ten commonest passwords.
warning-top-100 = This is among the hundred commonest passwords.
warning-common = This is a very common password.
warning-like-common = This is much like a common password.
warning-sequence = Sequences such as abc or 6543 are easy to guess.
warning-recent-year = Years not long ago are easy to guess.
warning-single-word = A single word is easy to guess.
warning-date = Dates are often easy to guess.
warning-name = A name by itself is easy to guess.
warning-common-name = Common names are easy to guess.

# What would make it better.
suggestion-few-words = Take a few words, but no saying.
suggestion-no-need-for-signs = Signs, digits and capitals are not needed.
suggestion-another-word = Add another word or two; rare words are better.
suggestion-capitals-hardly-help = Capitals hardly help.
suggestion-all-capitals-hardly-help = Capitals throughout hardly help.
suggestion-backwards-hardly-helps = Words backwards are hardly harder to guess.
suggestion-substitutions-hardly-help = Signs in place of letters, such as @ for a, hardly help.
suggestion-longer-key-pattern = If it is to be a pattern on the keyboard, take a longer one with more turns.
suggestion-no-repeats = Take no word or character twice.
suggestion-no-sequences = Take no sequence.
suggestion-no-recent-years = Take no year of late.
suggestion-no-own-years = Take no year that belongs to you.
suggestion-no-own-dates = Take no date or year that belongs to you.

# How long guessing takes.
time-instant = less than a second
time-seconds = { $count } { $count ->
    [one] second
   *[other] seconds
}
time-minutes = { $count } { $count ->
    [one] minute
   *[other] minutes
}
time-hours = { $count } { $count ->
    [one] hour
   *[other] hours
}
time-days = { $count } { $count ->
    [one] day
   *[other] days
}
time-months = { $count } { $count ->
    [one] month
   *[other] months
}
time-years = { $count } { $count ->
    [one] year
   *[other] years
}
time-centuries = centuries

# Why a passphrase has to be changed.
change-compromised = Somebody else may know your passphrase. Please choose a new one now.
change-too-old = Your passphrase is older than { $days } days. Please choose a new one now.

# What a policy breaks, for those who choose one.
clause-nist-nothing-else = NIST SP 800-63B-4 3.1.1.1: nothing is asked of a passphrase but its length and that no blocklist has it.
clause-nist-length-alone = NIST SP 800-63B-4 3.1.1.2 (1): a passphrase that is the only factor has at least 15 characters.
clause-nist-length-with-second-factor = NIST SP 800-63B-4 3.1.1.2 (1): a passphrase beside another factor has at least 8 characters.
clause-nist-allow-64 = NIST SP 800-63B-4 3.1.1.2 (2): 64 characters should be allowed.
clause-nist-nothing-fits = NIST SP 800-63B-4 3.1.1.2 (2): no passphrase fits: the least length is over the greatest.
clause-nist-no-composition = NIST SP 800-63B-4 3.1.1.2 (5): no mixture of kinds of characters is asked for.
clause-nist-no-rotation = NIST SP 800-63B-4 3.1.1.2 (6): a change is asked for on evidence of compromise, not by the calendar.
clause-nist-blocklist = NIST SP 800-63B-4 3.1.1.2: a passphrase is compared with those that are common, expected or compromised.
clause-asvs-6-2-1 = ASVS 5.0 6.2.1: a passphrase has at least 8 characters, better 15.
clause-asvs-6-2-4 = ASVS 5.0 6.2.4: a passphrase is compared with at least the 3000 commonest that the policy would allow.
clause-asvs-6-2-5 = ASVS 5.0 6.2.5: characters of every kind are allowed and none is asked for.
clause-asvs-6-2-9 = ASVS 5.0 6.2.9: 64 characters are allowed.
clause-asvs-6-2-10 = ASVS 5.0 6.2.10: a passphrase stays valid until it is compromised or its owner changes it.
clause-asvs-6-2-11 = ASVS 5.0 6.2.11: words that belong to the service are listed and kept out of passphrases.
clause-asvs-6-2-12 = ASVS 5.0 6.2.12: a passphrase is compared with those that became known.
