# Warum eine Passphrase nicht gewählt werden kann.
refusal-too-short = Die Passphrase hat { $is } Zeichen; nötig sind { $min }.
refusal-too-long = Die Passphrase hat { $is } Zeichen; erlaubt sind { $max }.
refusal-missing-lower = Die Passphrase braucht mindestens { $needs } { $needs ->
    [one] kleinen Buchstaben
   *[other] kleine Buchstaben
}.
refusal-missing-upper = Die Passphrase braucht mindestens { $needs } { $needs ->
    [one] großen Buchstaben
   *[other] große Buchstaben
}.
refusal-missing-digit = Die Passphrase braucht mindestens { $needs } { $needs ->
    [one] Ziffer
   *[other] Ziffern
}.
refusal-missing-sign = Die Passphrase braucht mindestens { $needs } Zeichen wie Leerzeichen oder Komma.
refusal-common = Die Passphrase gehört zu denen, die als Erstes ausprobiert werden.
refusal-context-word = Die Passphrase besteht aus dem Namen dieses Dienstes.
refusal-personal-word = Die Passphrase besteht aus Ihrem eigenen Namen.
refusal-repeated = Die Passphrase wiederholt ein kurzes Stück.
refusal-keyboard = Die Passphrase läuft die Tastatur entlang.
refusal-sequence = Die Passphrase läuft das Alphabet oder die Ziffern entlang.
refusal-too-weak = Die Passphrase ist zu leicht zu erraten.
refusal-breached = Die Passphrase steht in einer Sammlung gestohlener.
refusal-breach-unknown = Ob die Passphrase gestohlen wurde, ließ sich nicht nachsehen.
refusal-used-before = Diese Passphrase hatten Sie hier schon einmal.

# Was dann zu tun ist.
guidance-unrelated-words = Nehmen Sie einige Wörter, die nicht zusammengehören.
guidance-shorten = Lassen Sie etwas weg.
guidance-add-lower = Fügen Sie einen kleinen Buchstaben ein, am besten in der Mitte.
guidance-add-upper = Fügen Sie einen großen Buchstaben ein, am besten in der Mitte.
guidance-add-digit = Fügen Sie eine Ziffer ein, am besten in der Mitte.
guidance-add-sign = Fügen Sie ein Zeichen wie ein Komma ein, am besten in der Mitte.
guidance-no-names = Nehmen Sie Wörter, die niemand mit Ihnen oder diesem Dienst verbindet.
guidance-no-pattern = Nehmen Sie einige Wörter statt eines Musters.
guidance-another-word = Nehmen Sie noch ein oder zwei Wörter dazu; seltene sind besser.
guidance-change-it-elsewhere-too = Nehmen Sie eine andere, und ändern Sie sie überall, wo Sie sie sonst verwenden.
guidance-never-used = Nehmen Sie eine, die Sie hier noch nie hatten.
guidance-try-later = Versuchen Sie es später noch einmal.

# Wie stark eine Passphrase ist.
score-zero = Sehr schwach
score-one = Schwach
score-two = Mäßig
score-three = Gut
score-four = Stark

# Was eine Richtlinie verletzt, für die, die eine wählen.
clause-nist-nothing-else = NIST SP 800-63B-4 3.1.1.1: von einer Passphrase wird nichts verlangt als ihre Länge und dass sie auf keiner Sperrliste steht.
clause-nist-length-alone = NIST SP 800-63B-4 3.1.1.2 (1): eine Passphrase als einziger Faktor hat mindestens 15 Zeichen.
clause-nist-length-with-second-factor = NIST SP 800-63B-4 3.1.1.2 (1): eine Passphrase neben einem anderen Faktor hat mindestens 8 Zeichen.
clause-nist-allow-64 = NIST SP 800-63B-4 3.1.1.2 (2): 64 Zeichen sollten erlaubt sein.
clause-nist-no-composition = NIST SP 800-63B-4 3.1.1.2 (5): eine Mischung von Zeichenarten wird nicht verlangt.
clause-nist-no-rotation = NIST SP 800-63B-4 3.1.1.2 (6): eine Änderung wird bei Anzeichen einer Preisgabe verlangt, nicht nach dem Kalender.
clause-nist-blocklist = NIST SP 800-63B-4 3.1.1.2: eine Passphrase wird mit häufigen, erwartbaren und bekannt gewordenen verglichen.
clause-asvs-6-2-1 = ASVS 5.0 6.2.1: eine Passphrase hat mindestens 8 Zeichen, besser 15.
clause-asvs-6-2-4 = ASVS 5.0 6.2.4: eine Passphrase wird mit mindestens den 3000 häufigsten verglichen, die die Richtlinie zuließe.
clause-asvs-6-2-5 = ASVS 5.0 6.2.5: Zeichen jeder Art sind erlaubt, und keine wird verlangt.
clause-asvs-6-2-9 = ASVS 5.0 6.2.9: 64 Zeichen sind erlaubt.
clause-asvs-6-2-10 = ASVS 5.0 6.2.10: eine Passphrase gilt, bis sie preisgegeben ist oder ihr Besitzer sie ändert.
clause-asvs-6-2-11 = ASVS 5.0 6.2.11: Wörter, die zum Dienst gehören, sind aufgeführt und werden aus Passphrasen ferngehalten.
clause-asvs-6-2-12 = ASVS 5.0 6.2.12: eine Passphrase wird mit bekannt gewordenen verglichen.
