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

# Was daran nicht gut ist.
warning-row-of-keys = Tastenreihen sind leicht zu erraten.
warning-key-pattern = Kurze Muster auf der Tastatur sind leicht zu erraten.
warning-repeated-character = Ein Zeichen immer wieder ist leicht zu erraten.
warning-repeated-piece = Ein Stück immer wieder ist kaum schwerer zu erraten als das Stück.
warning-top-10 = Das ist eines der zehn häufigsten Passwörter.
warning-top-100 = Das ist eines der hundert häufigsten Passwörter.
warning-common = Das ist ein sehr häufiges Passwort.
warning-like-common = Das gleicht einem häufigen Passwort sehr.
warning-sequence = Folgen wie abc oder 6543 sind leicht zu erraten.
warning-recent-year = Jahre der letzten Zeit sind leicht zu erraten.
warning-single-word = Ein einzelnes Wort ist leicht zu erraten.
warning-date = Ein Datum ist oft leicht zu erraten.
warning-name = Ein Name allein ist leicht zu erraten.
warning-common-name = Häufige Namen sind leicht zu erraten.

# Was es besser machen würde.
suggestion-few-words = Nehmen Sie einige Wörter, aber keine Redensart.
suggestion-no-need-for-signs = Sonderzeichen, Ziffern und große Buchstaben sind nicht nötig.
suggestion-another-word = Nehmen Sie noch ein oder zwei Wörter dazu; seltene sind besser.
suggestion-capitals-hardly-help = Große Buchstaben helfen kaum.
suggestion-all-capitals-hardly-help = Durchgehend große Buchstaben helfen kaum.
suggestion-backwards-hardly-helps = Wörter rückwärts sind kaum schwerer zu erraten.
suggestion-substitutions-hardly-help = Zeichen statt Buchstaben, etwa @ für a, helfen kaum.
suggestion-longer-key-pattern = Wenn es ein Muster auf der Tastatur sein soll, dann ein längeres mit mehr Wendungen.
suggestion-no-repeats = Nehmen Sie kein Wort und kein Zeichen zweimal.
suggestion-no-sequences = Nehmen Sie keine Folge.
suggestion-no-recent-years = Nehmen Sie kein Jahr der letzten Zeit.
suggestion-no-own-years = Nehmen Sie kein Jahr, das zu Ihnen gehört.
suggestion-no-own-dates = Nehmen Sie kein Datum oder Jahr, das zu Ihnen gehört.

# Wie lange das Raten dauert.
time-instant = weniger als eine Sekunde
time-seconds = { $count } { $count ->
    [one] Sekunde
   *[other] Sekunden
}
time-minutes = { $count } { $count ->
    [one] Minute
   *[other] Minuten
}
time-hours = { $count } { $count ->
    [one] Stunde
   *[other] Stunden
}
time-days = { $count } { $count ->
    [one] Tag
   *[other] Tage
}
time-months = { $count } { $count ->
    [one] Monat
   *[other] Monate
}
time-years = { $count } { $count ->
    [one] Jahr
   *[other] Jahre
}
time-centuries = Jahrhunderte

# Warum eine Passphrase zu ändern ist.
change-compromised = Jemand anders könnte Ihre Passphrase kennen. Bitte wählen Sie jetzt eine neue.
change-too-old = Ihre Passphrase ist älter als { $days } Tage. Bitte wählen Sie jetzt eine neue.

# Was eine Richtlinie verletzt, für die, die eine wählen.
clause-nist-nothing-else = NIST SP 800-63B-4 3.1.1.1: von einer Passphrase wird nichts verlangt als ihre Länge und dass sie auf keiner Sperrliste steht.
clause-nist-length-alone = NIST SP 800-63B-4 3.1.1.2 (1): eine Passphrase als einziger Faktor hat mindestens 15 Zeichen.
clause-nist-length-with-second-factor = NIST SP 800-63B-4 3.1.1.2 (1): eine Passphrase neben einem anderen Faktor hat mindestens 8 Zeichen.
clause-nist-allow-64 = NIST SP 800-63B-4 3.1.1.2 (2): 64 Zeichen sollten erlaubt sein.
clause-nist-nothing-fits = NIST SP 800-63B-4 3.1.1.2 (2): keine Passphrase passt: die Mindestlänge liegt über der Höchstlänge.
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
