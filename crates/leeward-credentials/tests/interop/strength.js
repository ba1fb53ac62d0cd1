// What npm zxcvbn says of a fixed list, one JSON object a line. No year is in the list, as it counts from the
// present one.
'use strict';
const zxcvbn = require('zxcvbn');

const LIST = [
    ['password'], ['Password1'], ['p4$$w0rd'], ['drowssap'], ['passwordpassword'], ['PASSWORD'], ['123456'],
    ['12345678901'], ['qwerty'], ['qwertyuiop'], ['zxcvbnm,./'], ['qazwsxedc'], ['1qaz2wsx3edc'], ['asdfghjkl;'],
    ['aaaaaaaa'], ['zzzzzzzzzzzzzzzzzzzz'], ['abcabcabcabc'], ['abcdefgh'], ['hgfedcba'], ['13579'], ['13/13/13'],
    ['monkey'], ['dragon!'], ['Tr0ub4dour&3'], ['tr0ub4dor'], ['correcthorsebatterystaple'], ['correct horse battery'],
    ['seven lamps above the quay'], ['tidal clock bells'], ['jennifer'], ['Smith'], ['Michael Johnson'],
    ['iloveyou'], ['ILOVEYOU'], ['lovelovelove'], ['letmein!!'], ['trustno1'], ['D0g..................'],
    ['abcdefghijk987654321'], ['rWibMFACxAUGZmxhVncy'], ['Ba9ZyWABu99[BK#6MBgbH88Tofv)vs$w'], ['eheuczkqyq'],
    ['neverforget'], ['verlineVANDERMARK'], ['R0$38uVwMiQ'], ['ScoRpi0ns'], ['do you know'], ['ryanhunter'],
    ['rianhunter'], ['temppass22'], ['briansmith4mayor'], ['erthgbkyi'], ['!qaz@wsx#edc'], ['a'], ['ab'], [' '],
    ['        '], ['8x2k-v0md-3hqs-yt6n-c4ea'], ['coRrecth0rseba++ery9.23.1987staple$'.slice(0, 17)],
    ['4@8({[</369&#!1/|0$5+7%2'], ['dddddddddddddddddd!'], ['qwER43@!'], ['AOEUIDHG&*()LS_'], ['viking'],
    ['leeward', ['leeward']], ['LEEWARD', ['leeward']], ['leewardcrisisline', ['leeward', 'crisis', 'line']],
    ['drawl33w', ['leeward']], ['schmidt84', ['maria', 'schmidt']], ['maria.schmidt', ['maria', 'schmidt']],
];

const SPEEDS = [
    'online_throttling_100_per_hour', 'online_no_throttling_10_per_second', 'offline_slow_hashing_1e4_per_second',
    'offline_fast_hashing_1e10_per_second',
];

for (const [password, known = []] of LIST) {
    const { score, guesses_log10, feedback, crack_times_display } = zxcvbn(password, known);
    const times = SPEEDS.map((speed) => crack_times_display[speed]);
    const { warning, suggestions } = feedback;
    console.log(JSON.stringify({ password, known, score, guesses_log10, warning, suggestions, times }));
}
