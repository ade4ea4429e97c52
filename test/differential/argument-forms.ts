// Forms of keyword arguments, good and bad ones, to compare what is accepted with a peer.

interface Forms {
  /** the protocol of the rule; tcp without */
  readonly protocol?: string;
  /** options before and after the one looked at */
  readonly before?: string;
  readonly after?: string;
  readonly values: readonly string[];
}

/** Everything an integer condition could look like. */
const INTEGER =
  `5 0 1 255 256 65535 65536 4294967295 4294967296 -1 +5 05 0x10 0xg =5 =|5 = !5 !=5 <5 >5 <=5 >=5 =<5 =>5 <0 >=0
  <=255 >255 <=65535 >65535 5-10 5<>10 5-5 5-6 10-5 !5-10 5<10 <5>10 5- -5 5<>  <>5 5--10 &5=5 &0xf0=0x10 &0xf0!=0x10
  &0x0f=0x10 &5 5a 5kb 1kib 1KB 1mb 5,6 "5" "5 5" !"5" ' ' abc 5| < > !`
    .trim()
    .split(/\s+/)
    .concat(
      '< 5',
      '> 5',
      '! 5',
      '= 5',
      '5 - 10',
      '5 <> 10',
      ' 5',
      '5 ',
      '>= 5',
      '& 5 = 5',
      '5 6',
      '!  5-10',
      '5 - 6 - 7',
    );

const list = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

const TRACK_FORMS = [
  'track by_src, count 5, seconds 60',
  'track by_src, count 0, seconds 60',
  'track by_src, count 5, seconds 0',
  'track by_src,count 5,seconds 60',
  'count 5, seconds 60, track by_dst',
  'count 5, track by_both, seconds 60',
  'track by_rule, count 5, seconds 60',
  'track by_flow, count 5, seconds 60',
  'track by_nobody, count 5, seconds 60',
  'track BY_SRC, count 5, seconds 60',
  'TRACK by_src, count 5, seconds 60',
  'track by_src, count 5',
  'track by_src, seconds 60',
  'count 5, seconds 60',
  'track by_src, count -5, seconds 60',
  'track by_src, count 5, seconds -60',
  'track by_src, count 5x, seconds 60',
  'track by_src, count 0x5, seconds 60',
  'track by_src, count 4294967295, seconds 60',
  'track by_src, count 4294967296, seconds 60',
  'track by_src, count 5, seconds 60s',
  'track by_src, count 5, seconds 4294967296',
  'track by_src, count 5, seconds 60, count 5',
  'track by_src, count 5, seconds 60, foo 7',
  'track by_src, count 5, seconds 60, foo',
  'track by_src, count 5, seconds 60,',
  'track by_src count 5 seconds 60',
  'track  by_src ,  count  5 ,  seconds  60',
  'track by_src, count 5, seconds 60, unique_on src_port',
  'track by_src, count 5, seconds 60, unique_on dst_port',
  'track by_src, count 5, seconds 60, unique_on port',
  'track by_src, count 5, seconds 60, multiplier 10',
];

const THRESHOLD = [
  ...TRACK_FORMS.flatMap((form) => [`type limit, ${form}`, `type threshold, ${form}`]),
  ...TRACK_FORMS.slice(0, 4).map((form) => `${form}, type both`),
  ...list(`type LIMIT, track by_src, count 1, seconds 1
    type none, track by_src, count 1, seconds 1
    track by_src, type limit, count 1, seconds 1
    count 1, seconds 1, type limit, track by_src
    type backoff, track by_flow, count 1, multiplier 10
    type backoff, track by_flow, count 1, multiplier 1
    type backoff, track by_flow, count 1, multiplier 0
    type backoff, track by_flow, count 0, multiplier 10
    type backoff, track by_src, count 1, multiplier 10
    type backoff, track by_flow, count 1, seconds 10
    type backoff, track by_flow, count 1, seconds 10, multiplier 10
    type backoff, count 1, track by_flow, multiplier 10
    type limit, track by_src, count 1, seconds 1, type limit
    type limit
    limit, by_src, 1, 1`),
];

const BITS = (separator: string): readonly string[] =>
  list(`set,a
    set, a
    set ,a
    SET,a
    Set,a
    set,a b
    set,a|b
    set,a | b
    set,a|
    set,|a
    set,|
    set,a,b
    set,a,
    set,
    set
    set a
    unset,a
    unset,a|b
    toggle,a
    toggle,a|b
    isset,a
    isset,a|b
    isset,a | b
    isset,a|b|c
    isset,a,b
    isset,a|
    isset,|a
    isset,a||b
    isset,a&b
    ISSET,a
    isnotset,a
    isnotset,a|b
    noalert
    NOALERT
    noalert,a
    noalert ${separator}
    foo,a
    set,a.b
    set,a-b
    set,a_b
    set,1
    set,"a"
    "set,a"
    set,a!
    isset,!a
    set,ä
    set,a b|c`);

const XBITS = [
  ...BITS(''),
  ...['set', 'isset', 'toggle', 'unset', 'isnotset', 'SET'].flatMap((command) =>
    list(`${command},a,track ip_src
      ${command},a,track ip_dst
      ${command},a,track ip_pair
      ${command},a,track tx
      ${command},a,track flow
      ${command},a,track IP_SRC
      ${command},a,TRACK ip_src
      ${command},a,track  ip_src
      ${command},a, track ip_src, expire 10
      ${command},a,track ip_src,expire 10
      ${command},a,track ip_src,expire  10
      ${command},a,track ip_src,expire 0
      ${command},a,track ip_src,expire -1
      ${command},a,track ip_src,expire x
      ${command},a,track ip_src,expire 10s
      ${command},a,track ip_src,expire
      ${command},a,track ip_src,expire 4294967295
      ${command},a,track ip_src,expire 4294967296
      ${command},a,expire 10,track ip_src
      ${command},a,expire 10
      ${command},a,track ip_src,track ip_dst
      ${command},a,track ip_src,foo 10
      ${command},a,track ip_src,
      ${command},a|b,track ip_src
      ${command},a b,track ip_src
      ${command},a.b,track ip_src
      ${command},a-b,track ip_src
      ${command},a
      ${command}, a ,track ip_src
      ${command} ,a,track ip_src
      ${command},track ip_src`),
  ),
];

const HOSTBITS = [
  ...BITS(''),
  ...list(`set,a,src
    set,a,dst
    set,a,both
    set,a,SRC
    set,a,foo
    set,a, src
    set,a ,src
    set,a,src,
    isset,a,src
    isset,a,dst
    isset,a,both
    toggle,a,src
    unset,a,dst
    isnotset,a,dst
    SET,a,src
    set,a|b,src
    set,a,src,dst`),
];

const FLOWINT = list(`ab,+,1
  ab,+, 1
  ab, +,1
  ab ,+,1
  ab,-,1
  ab,=,1
  ab,==,1
  ab,!=,1
  ab,!,1
  ab,<,1
  ab,>,1
  ab,<=,1
  ab,>=,1
  ab,=>,1
  ab,isset
  ab,notset
  ab,isnotset
  ab,ISSET
  ab,isset,1
  ab,isset,cd
  ab,+
  ab,+,
  ab,+,cd
  ab,+,b c
  ab,+,-1
  ab,+,0x10
  ab,+,4294967295
  ab,+,4294967296
  ab,+,1,2
  ab c,+,1
  ab.c,+,1
  ab-c,+,1
  1,+,1
  ab,*,1
  ab,foo,1
  a,+,1
  ab
  ,+,1
  "ab,+,1"`);

const REQUIRES = list(`version >= 7
  version >= 7.0
  version >= 7.0.4
  version >= 7.0.4.1
  version >=7.0.4
  version>= 7
  version > 7
  version < 9
  version <= 9
  version = 8
  version == 8
  version 8
  version != 8
  version >= 7 < 9
  version >= 7 < 9 | >= 10
  version >= 10 | < 9
  version >= 10 | < 7
  version >= 7 |
  version | >= 7
  version >= 7.0.4-beta1
  version >= 7.0.4-dev
  version >= 8.0.8
  version > 8.0.8
  version <= 8.0.8
  version < 8.0.8
  version < 8.0.9
  version >= v7
  version >= 7.x
  version >= 7.
  version >= -1
  version >= 7..1
  version >= 7.0.4.1.2.3
  version >=
  version
  VERSION >= 7
  version >= 999
  feature foo
  feature
  feature HAVE_JA3
  feature geoip
  feature have_ja3
  feature output::file-store
  feature true_lua
  keyword foo
  keyword content
  keyword http.uri
  keyword CONTENT
  keyword
  keyword !content
  !keyword content
  foo bar
  foo
  version >= 7, feature foo
  version >= 7, keyword content
  version >= 7, version >= 10
  keyword content, keyword nocase
  keyword content,
  , keyword content
  version >= 7,
  "version >= 7"
  version >= 7 feature foo`);

const PCRE = list(`"/a/"
  /a/
  "/a/i"
  "/a/z"
  "/a/RU"
  "/a/UI"
  "/a/UU"
  "/a/U"
  "/a/I"
  "/a/P"
  "/a/Q"
  "/a/H"
  "/a/D"
  "/a/M"
  "/a/C"
  "/a/S"
  "/a/Y"
  "/a/V"
  "/a/W"
  "/a/Z"
  "/a/PQ"
  "/a/HP"
  "/a/B"
  "/a/O"
  "/a/BB"
  "/a/ii"
  "/a/ismxAEG"
  "/a/i s"
  "/a/R"
  "/a/RB"
  "/a/BU"
  "a"
  "/a"
  "a/"
  "//"
  "/(/"
  "/a|/"
  !"/a/"
  ! "/a/"
  "!/a/"
  "/(a)/,flow:x"
  "/(a)/,pkt:x"
  "/(a)/,alert:x"
  "/(a)/,foo:x"
  "/(a)/,x"
  "/(a)/,flow:x,pkt:y"
  "/(a)(b)/,flow:x,pkt:y"
  "/(a)/, flow:x"
  "/(a)/i,flow:x"
  "/(a)/,flow:"
  "/(?P<flow_x>a)/"
  "/(?P<pkt_x>a)/"
  "/(?P<foo>a)/"
  "m/a/"
  "m#a#"
  "|2f|a/"
  /a/i
  "/W/"
  "/w/W"
  "/W/W"
  "/A/W"
  "/\\:/"
  "/\\;/"
  "/a"b/"`);

const CONTENT = list(`"a"
  a
  "a
  a"
  ""
  "||"
  "| |"
  "|"
  "a||b"
  "|61|"
  "|61"
  "61|"
  "|6|"
  "|6 1|"
  "|61 62|"
  "|6162|"
  "|61  62|"
  "|61,62|"
  "|gg|"
  "|61|a|62|"
  !"a"
  ! "a"
  !!"a"
  !a
  "!a"
  "a\\"b"
  "a"b"
  "a\\\\b"
  "a\\b"
  "a\\:b"
  "a:b"
  "a\\;b"
  "a\\"
  " a "
  "ä"
  "a", nocase
  "a",nocase
  'a'`);

const BYTE_EXTRACT = list(`1,0,a
  1, 0, a
  1,0,A_b
  1,0,a.b
  1,0,a-b
  1,0,a b
  1,0,a|b
  1,0,1
  1,0,1a
  1,0,_a
  1,0,-a
  1,0,a!
  1,0,"a"
  1,0,
  1,0
  0,0,a
  8,0,a
  9,0,a
  -1,0,a
  1,-1,a
  1,-1,a,relative
  1,65535,a
  1,65536,a
  1,-65535,a,relative
  1,0,a,relative
  1,0,a,relative,relative
  1,0,a,string
  1,0,a,string,dec
  1,0,a,string,hex
  1,0,a,string,oct
  1,0,a,dec,string
  1,0,a,dec
  1,0,a,string,dec,hex
  1,0,a,string dec
  10,0,a,string,dec
  20,0,a,string,dec
  21,0,a,string,dec
  14,0,a,string,hex
  15,0,a,string,hex
  23,0,a,string,oct
  24,0,a,string,oct
  23,0,a,string
  1,0,a,big
  1,0,a,little
  1,0,a,big,little
  1,0,a,big,big
  1,0,a,endian big
  1,0,a,BIG
  1,0,a,dce
  1,0,a,string,dce
  1,0,a,big,string
  1,0,a,align 2
  1,0,a,align 4
  1,0,a,align 1
  1,0,a,align 3
  1,0,a,align 0
  1,0,a,align 2,align 4
  1,0,a,multiplier 2
  1,0,a,multiplier 0
  1,0,a,multiplier 65535
  1,0,a,multiplier 65536
  1,0,a,multiplier 2,multiplier 2
  1,0,a,multiplier
  1,0,a,slice 1
  1,0,a,bitmask 0xf
  1,0,a,foo
  1,0,a,
  0x1,0,a
  1,0x1,a
  "1,0,a"
  01,0,a
  1,+1,a`);

const BYTE_TEST = list(`1,=,1,0
  1, =, 1, 0
  1,>,1,0
  1,<,1,0
  1,>=,1,0
  1,<=,1,0
  1,&,1,0
  1,^,1,0
  1,!=,1,0
  1,!>,1,0
  1,!&,1,0
  1,!,1,0
  1,! =,1,0
  1,=!,1,0
  1,==,1,0
  1,=>,1,0
  1,~,1,0
  1,,1,0
  0,=,1,0
  8,=,1,0
  9,=,1,0
  -1,=,1,0
  1,=,-1,0
  1,=,0x10,0
  1,=,0xg,0
  1,=,256,0
  8,=,18446744073709551615,0
  8,=,18446744073709551616,0
  1,=,a,0
  1,=,1,a
  a,=,1,0
  1,=,1,-1
  1,=,1,-1,relative
  1,=,1,65535
  1,=,1,65536
  1,=,1,0,relative
  1,=,1,0,string
  1,=,1,0,string,dec
  1,=,1,0,dec,string
  1,=,1,0,dec
  1,=,1,0,string,dec,hex
  1,=,1,0,string dec
  23,=,1,0,string,oct
  24,=,1,0,string,oct
  10,=,1,0,string,dec
  11,=,1,0,string,dec
  1,=,1,0,big
  1,=,1,0,little
  1,=,1,0,endian big
  1,=,1,0,big,little
  1,=,1,0,dce
  1,=,1,0,dce,string
  1,=,1,0,dce,big
  1,=,1,0,bitmask 0xf
  1,=,1,0,bitmask f
  1,=,1,0,bitmask 0xfffffffff
  1,=,1,0,bitmask 0
  1,=,1,0,bitmask
  1,=,1,0,foo
  1,=,1,0,
  1,=,1
  1,=`);

const BYTE_JUMP = list(`1,0
  1, 0
  0,0
  8,0
  9,0
  -1,0
  1,-1
  1,-1,relative
  1,65535
  1,65536
  1,-65536,relative
  1,a
  a,0
  1,0,relative
  1,0,string
  1,0,string,dec
  1,0,dec
  1,0,string,dec,hex
  1,0,string dec
  23,0,string,oct
  24,0,string,oct
  1,0,big
  1,0,little
  1,0,endian big
  1,0,align
  1,0,align 4
  1,0,from_beginning
  1,0,from_end
  1,0,from_beginning,from_end
  1,0,multiplier 2
  1,0,multiplier 0
  1,0,multiplier 65536
  1,0,multiplier,2
  1,0,post_offset 2
  1,0,post_offset -2
  1,0,post_offset 65536
  1,0,post_offset -65536
  1,0,post_offset a
  1,0,bitmask 0xf
  1,0,bitmask 0xfffffffff
  1,0,dce
  1,0,dce,string
  1,0,foo
  1,0,
  1`);

const BYTE_MATH = list(`bytes 1, offset 0, oper +, rvalue 1, result a
  bytes 1,offset 0,oper +,rvalue 1,result a
  result a, rvalue 1, oper +, offset 0, bytes 1
  bytes 1, offset 0, oper -, rvalue 1, result a
  bytes 1, offset 0, oper *, rvalue 1, result a
  bytes 1, offset 0, oper /, rvalue 1, result a
  bytes 1, offset 0, oper <<, rvalue 1, result a
  bytes 1, offset 0, oper >>, rvalue 1, result a
  bytes 1, offset 0, oper %, rvalue 1, result a
  bytes 1, offset 0, oper ^, rvalue 1, result a
  bytes 1, offset 0, oper /, rvalue 0, result a
  bytes 1, offset 0, oper +, rvalue 0, result a
  bytes 1, offset 0, oper +, rvalue -1, result a
  bytes 1, offset 0, oper +, rvalue 4294967295, result a
  bytes 1, offset 0, oper +, rvalue 4294967296, result a
  bytes 1, offset 0, oper +, rvalue 0x10, result a
  bytes 1, offset 0, oper +, rvalue b, result a
  bytes 1, offset 0, oper +, rvalue 1, result a.b
  bytes 1, offset 0, oper +, rvalue 1, result a-b
  bytes 1, offset 0, oper +, rvalue 1, result a_b
  bytes 1, offset 0, oper +, rvalue 1, result _a
  bytes 1, offset 0, oper +, rvalue 1, result 1a
  bytes 1, offset 0, oper +, rvalue 1, result 1
  bytes 1, offset 0, oper +, rvalue 1, result -a
  bytes 1, offset 0, oper +, rvalue 1, result a!
  bytes 1, offset 0, oper +, rvalue 1, result a b
  bytes 1, offset 0, oper +, rvalue 1, result
  bytes 1, offset 0, oper +, rvalue 1
  bytes 1, offset 0, oper +, result a
  bytes 0, offset 0, oper +, rvalue 1, result a
  bytes 10, offset 0, oper +, rvalue 1, result a
  bytes 8, offset 0, oper +, rvalue 1, result a
  bytes 9, offset 0, oper +, rvalue 1, result a
  bytes 4, offset 0, oper +, rvalue 1, result a
  bytes 5, offset 0, oper +, rvalue 1, result a
  bytes 4, offset 0, oper <<, rvalue 1, result a
  bytes 5, offset 0, oper <<, rvalue 1, result a
  bytes 10, offset 0, oper +, rvalue 1, result a, string dec
  bytes 11, offset 0, oper +, rvalue 1, result a, string dec
  bytes 1, offset -1, oper +, rvalue 1, result a
  bytes 1, offset -1, oper +, rvalue 1, result a, relative
  bytes 1, offset 65535, oper +, rvalue 1, result a
  bytes 1, offset 65536, oper +, rvalue 1, result a
  bytes 1, offset 0, oper +, rvalue 1, result a, relative
  bytes 1, offset 0, oper +, rvalue 1, result a, string
  bytes 1, offset 0, oper +, rvalue 1, result a, string dec
  bytes 1, offset 0, oper +, rvalue 1, result a, string hex
  bytes 1, offset 0, oper +, rvalue 1, result a, string foo
  bytes 1, offset 0, oper +, rvalue 1, result a, string, dec
  bytes 1, offset 0, oper +, rvalue 1, result a, endian big
  bytes 1, offset 0, oper +, rvalue 1, result a, endian little
  bytes 1, offset 0, oper +, rvalue 1, result a, endian foo
  bytes 1, offset 0, oper +, rvalue 1, result a, big
  bytes 1, offset 0, oper +, rvalue 1, result a, little
  bytes 1, offset 0, oper +, rvalue 1, result a, dce
  bytes 1, offset 0, oper +, rvalue 1, result a, dce, endian big
  bytes 1, offset 0, oper +, rvalue 1, result a, bitmask 0xf
  bytes 1, offset 0, oper +, rvalue 1, result a, bitmask f
  bytes 1, offset 0, oper +, rvalue 1, result a, bitmask 0xfffffffff
  bytes 1, offset 0, oper +, rvalue 1, result a, foo
  bytes 1, offset 0, oper +, rvalue 1, result a, relative, relative
  bytes 1, bytes 1, offset 0, oper +, rvalue 1, result a
  bytes 1, offset 0, oper +, rvalue 1, result a,
  bytes a, offset 0, oper +, rvalue 1, result b
  1,0,+,1,a`);

const FLAGS = list(`S
  s
  SA
  Sa
  S+
  +S
  S*
  *S
  S!
  !S
  =S
  S=
  + S
  S,CE
  S,12
  S, CE
  S ,CE
  S,!CE
  S,ce
  S,
  S,0
  0
  0+
  !0
  +0
  12
  U
  UAPRSF
  X
  ++S
  S A
  SS
  +
  !
  F,S,R
  "S"
  C
  E
  S,C
  !S,12
  S,12+
  MD`);

const FRAGBITS = list(`M
  D
  R
  m
  MD
  MDR
  M+
  +M
  M*
  *M
  M!
  !M
  M,D
  + M
  M +
  =M
  0
  X
  MM
  M D
  "M"
  M-
  !MD
  -M`);

const SIZE_FORMS = list(`5
  a
  -5
  +5
  1048576
  1048577
  -1048576
  -1048577
  0
  0x5
  5a
  5 6
  "5"
  ,5
  !5
  var`);

const DATA: Readonly<Record<string, Forms>> = {
  threshold: { values: THRESHOLD },
  detection_filter: { values: TRACK_FORMS },
  sid: {
    values: list('900001\n 900002 \n900003a\n900004,5\n0\n0x5\n-5\n+900005\n4294967296\n"900006"\nabc\n900007-8'),
  },
  flowbits: { values: BITS('') },
  xbits: { values: XBITS },
  hostbits: { values: HOSTBITS },
  flowint: { values: FLOWINT },
  requires: { values: REQUIRES },
  pcre: { values: PCRE },
  content: { values: CONTENT },
  byte_extract: { before: 'content:"q";', values: BYTE_EXTRACT },
  byte_test: { before: 'content:"q";', values: BYTE_TEST },
  byte_jump: { before: 'content:"q";', values: BYTE_JUMP },
  byte_math: { before: 'content:"q";', values: BYTE_MATH },
  flags: { values: FLAGS },
  'tcp.flags': { values: FLAGS },
  fragbits: { protocol: 'ip', values: FRAGBITS },
  offset: { before: 'content:"q";', values: SIZE_FORMS },
  depth: { before: 'content:"q";', values: SIZE_FORMS },
  distance: { before: 'content:"q"; content:"w";', values: SIZE_FORMS },
  within: { before: 'content:"q"; content:"w";', values: SIZE_FORMS },
  isdataat: {
    before: 'content:"q";',
    values: list(`5
      5,relative
      5, relative
      !5
      !5,relative
      ! 5
      -5,relative
      5,rawbytes
      5,relative,rawbytes
      5,rawbytes,relative
      5,foo
      5,
      0
      a
      65535
      65536
      "5"
      5 relative
      5,RELATIVE
      5,relative,relative`),
  },
  bsize: { before: 'tcp.hdr; content:"q";', values: INTEGER },
  dsize: { values: INTEGER },
  fast_pattern: {
    before: 'content:"qwerty";',
    values: list(`only
      ONLY
      1,2
      1, 2
      0,6
      0,7
      1,0
      -1,2
      a,b
      1
      1,2,3
      chop
      ""`),
  },
  ...Object.fromEntries(
    [
      ['ttl', 'ip'],
      ['tos', 'ip'],
      ['id', 'ip'],
      ['fragoffset', 'ip'],
      ['seq', 'tcp'],
      ['ack', 'tcp'],
      ['window', 'tcp'],
      ['tcp.seq', 'tcp'],
      ['tcp.window', 'tcp'],
      ['tcp.mss', 'tcp'],
      ['tcp.wscale', 'tcp'],
      ['itype', 'icmp'],
      ['icode', 'icmp'],
      ['icmp_id', 'icmp'],
      ['icmp_seq', 'icmp'],
      ['icmpv6.mtu', 'icmp'],

      ['flow.age', 'tcp'],
      ['flow.pkts_toserver', 'tcp'],
      ['flow.bytes_toclient', 'tcp'],
      ['vlan.id', 'ip'],
      ['vlan.layers', 'ip'],
      ['ip_proto', 'ip'],

      ['rev', 'tcp'],
      ['gid', 'tcp'],
      ['priority', 'tcp'],
      ['filesize', 'http'],
    ].map(([name, protocol]) => [name, { protocol: protocol!, values: INTEGER }]),
  ),
  'flow.pkts': {
    values: ['toserver', 'toclient', 'both', 'either', 'foo', 'TOSERVER'].flatMap((side) => [
      `${side},>5`,
      `${side}, 5`,
      `${side} ,5`,
      side,
      `${side},`,
      `${side},5-10`,
    ]),
  },
  stream_size: {
    values: ['server', 'client', 'both', 'either', 'foo', 'SERVER'].flatMap((side) =>
      [
        '>,5',
        '<,5',
        '=,5',
        '!=,5',
        '>=,5',
        '<=,5',
        '!,5',
        '>5',
        ' > , 5',
        '=,0x5',
        '=,a',
        '>,',
        '=,4294967296',
        '=,-5',
      ].map((rest) => `${side},${rest}`),
    ),
  },
  ipopts: {
    protocol: 'ip',
    values: list('rr\nRR\nany\neol\nfoo\n!rr\nrr,nop\nlsrre\nlsrr\n"rr"\n7\ncipso\nqs\nts\nesec'),
  },
  l3_proto: { protocol: 'ip', values: list('ipv4\nip4\nIPV4\nipv6\nip6\nipv5\n4\n"ipv4"\n!ipv4') },
  config: {
    protocol: 'tcp',
    values: ['logging', 'tracking', 'foo'].flatMap((what) =>
      ['disable', 'enable', 'foo'].flatMap((how) =>
        [
          'type tx, scope flow',
          'type flow, scope flow',
          'type flow, scope packet',
          'type tx, scope tx',
          'scope flow, type flow',
          'type flow',
          'type x, scope flow',
          'type flow,scope flow',
        ].map((rest) => `${what} ${how}, ${rest}`),
      ),
    ),
  },
  tag: {
    values: list(`session
      host
      session,10,packets
      session,10,bytes
      session,10,seconds
      session,10,foo
      session,10
      session,0,packets
      session,-1,packets
      session,packets,10
      session, 10, packets
      session,10,packets,src
      host,10,packets,src
      host,10,packets,dst
      host,10,packets,both
      host,10,packets
      host,src
      SESSION
      host,10,PACKETS,src
      host,10,packets,src,dst
      foo,10,packets
      session,10,packets,
      session,4294967296,packets`),
  },
  flow: {
    values: list(`established
      ESTABLISHED
      to_server
      to_server,established
      to_server, established
      to_server ,established
      to_server,to_client
      to_server,from_client
      from_server,to_client
      to_server,to_server
      established,established
      established,stateless
      established,not_established
      stateless
      not_established
      only_stream
      no_stream
      only_stream,no_stream
      only_frag
      no_frag
      only_frag,no_frag
      foo
      to_server,
      ,to_server
      established,to_server,only_stream
      established,to_server,only_stream,no_frag
      stateless,to_server
      "to_server"
      to_server established`),
  },
  reference: {
    values: list(`url,example.com
      cve,2020-1
      CVE,2020-1
      foo,bar
      url
      url,
      ,x
      url, example.com
      url,a,b
      "url,x"
      url example.com
      url,a b`),
  },
  classtype: {
    values: list('trojan-activity\nTROJAN-ACTIVITY\nfoo\ntrojan activity\n"trojan-activity"\n1foo\nfoo!\na,b'),
  },
  metadata: { values: list('a b\na\na b, c d\na b,\n,a b\na b c\na "b"\n"a b"\na:b\na  b\n,') },
  target: { values: list('src_ip\ndest_ip\nSRC_IP\nfoo\n"src_ip"\ndst_ip') },
  msg: { values: list('"x"\nx\n"x\nx"\n"x y"\n"x\\;y"\n"x\\"y"\n"x"y"\n""\n"x:y"\nx y\n"\\"\n!"x"') },
  nfq_set_mark: { values: list('1\n1/1\n0x1/0x1\n0x1/0xffffffff\n0x1/0x1ffffffff\na/b\n1/\n/1\n1 / 1\n"1/1"\n-1/1') },
  rpc: {
    values: list('1,2,3\n1,*,*\n1,2,*\n1,*,3\n*,*,*\n*,1,1\n1\n1,2\na,b,c\n1,2,3,4\n1, 2, 3\n4294967296,1,1\n"1,2,3"'),
  },
  asn1: {
    values: list(`oversize_length 10
      bitstring_overflow
      double_overflow
      relative_offset 1
      absolute_offset 1
      bitstring_overflow, absolute_offset 0
      oversize_length 10, relative_offset 1
      oversize_length
      foo
      oversize_length 10, foo
      oversize_length -1
      oversize_length a
      bitstring_overflow absolute_offset 0`),
  },
  replace: { before: 'content:"abc";', values: list('"xyz"\n"xy"\nxyz\n"|61 62 63|"\n!"xyz"\n""') },
  base64_decode: {
    before: 'content:"abc";',
    after: 'base64_data; content:"x";',
    values: list(`bytes 10
      bytes 10, offset 1
      offset 1, bytes 10
      bytes 10,offset 1,relative
      relative
      relative, bytes 1
      bytes 0
      bytes -1
      offset 0
      offset -1
      bytes a
      bytes 65535
      bytes 65536
      bytes 4294967296
      offset 65536
      foo
      bytes
      bytes 10, bytes 10
      relative,relative
      BYTES 10`),
  },
  entropy: {
    before: 'tcp.hdr;',
    values: list(`value > 5
      value >5
      value <= 4.5
      value 5
      value = 5
      value > 5, bytes 10
      bytes 10, value > 5
      bytes 10, offset 1, value > 5
      bytes 10
      value > 5, offset -1
      value > a
      value != 3
      value >= 2 - 4
      value 2-4
      value > 9
      value > -1
      foo
      value > 5, foo 7`),
  },
  iprep: { protocol: 'ip', values: list('any,foo,>,5\nany,foo,isset\nfoo,bar,>,5\nany,foo') },
  'app-layer-protocol': {
    values: list(`http
      !http
      HTTP
      failed
      unknown
      foo
      http,to_server
      http,to_client
      http,both
      http,either
      http,final
      http,original
      http,foo
      dns
      "http"
      ! http`),
  },
  'app-layer-event': {
    protocol: 'dns',
    values: list(
      'dns.malformed_data\ndns.foo\nfoo.bar\nmalformed_data\ndns.MALFORMED_DATA\nhttp.foo\napplayer_mismatch_protocol_both_directions',
    ),
  },
  'decode-event': {
    protocol: 'pkthdr',
    values: list('ipv4.pkt_too_small\nIPV4.PKT_TOO_SMALL\nipv4.foo\n"ipv4.pkt_too_small"\nfoo\n!ipv4.pkt_too_small'),
  },
  'stream-event': {
    values: list(
      '3whs_ack_in_wrong_dir\nfoo\nstream.3whs_ack_in_wrong_dir\n"3whs_ack_in_wrong_dir"\nreassembly_no_segment\nREASSEMBLY_NO_SEGMENT',
    ),
  },
  'tcpv4-csum': { values: list('valid\ninvalid\nVALID\nfoo\n"valid"\n!valid') },
  'ipv4-csum': { protocol: 'ip', values: list('valid\ninvalid\nINVALID\nfoo') },
  dataset: {
    before: 'tcp.hdr;',
    values: list(`set,ds1,type string
      isset,ds2,type md5
      isnotset,ds3,type sha256
      unset,ds4,type string
      set,ds5
      set,ds6,type foo
      foo,ds7,type string
      set,ds8,type string,memcap 10mb,hashsize 1024
      set,ds9,type string,foo bar
      set,ds10,type ip
      set,ds11,type ipv4
      SET,ds12,type string
      set, ds13, type string
      set,ds14,type string, state /tmp/none.lst
      isset,ds15,type string, load /nonexistent.lst
      set,ds16,type STRING
      set
      set,ds17,type string,
      set,ds 18,type string`),
  },
  filename: {
    protocol: 'http',
    values: list('"abc"\nabc\n!"abc"\n""\n"a\\;b"\n"|61|"\n"a\nabc"\n! "abc"\n"||"\n"|6|"\n"a"b"\n"a b"'),
  },
  fileext: { protocol: 'http', values: list('"exe"\nexe\n!"exe"\n""\n"|61|"\n"e\nexe"\n! "exe"\n"||"\n"|6|"\n"e x"') },
  filemagic: { protocol: 'http', values: list('"PDF"\nPDF\n!"PDF"\n""\n"|61|"\n"P\n! "PDF"\n"||"') },
  filestore: {
    protocol: 'http',
    values: list(`request
      response
      both
      to_server
      to_client
      request,file
      request,tx
      request,ssn
      request,flow
      both,ssn
      REQUEST
      request,FILE
      foo
      request,foo
      request, file
      request ,file
      request,file,x
      request,
      ,file
      "request"
      both,file
      response,tx
      to_server,flow
      to_client,file`),
  },
  filemd5: {
    protocol: 'http',
    values: list(
      'comment.lst\nmixed.lst\nupper.lst\nindented.lst\nhashes.lst\n!hashes.lst\nnone.lst\n"hashes.lst"\n! hashes.lst\nbad.lst\nempty.lst\n/nonexistent.lst',
    ),
  },
  filesha1: { protocol: 'http', values: list('sha1.lst\n!sha1.lst\nhashes.lst\nnone.lst') },
  filesha256: { protocol: 'http', values: list('sha256.lst\n!sha256.lst\nhashes.lst\nnone.lst') },
  geoip: {
    protocol: 'ip',
    values: list(
      'US\nsrc,US\ndst,US\nboth,US\nany,US\nus\n!US\nsrc,!US\nsrc,US,CN\nsrc,!US,!CN\nsrc,US,!CN\nUS,CN\nfoo,US\nsrc\nUSA\nsrc, US\nsrc,US,\nSRC,US\n"US"',
    ),
  },
};

const EMPTY = {
  md5: 'd41d8cd98f00b204e9800998ecf8427e',
  sha1: 'da39a3ee5e6b4b0d3255bfef95601890afd80709',
  sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
};

/** Files that the rules name; the hashes are those of no bytes. */
export const HASH_LISTS: Readonly<Record<string, string>> = {
  'hashes.lst': `${EMPTY.md5}\n`,
  'sha1.lst': `${EMPTY.sha1}\n`,
  'sha256.lst': `${EMPTY.sha256}\n`,
  'bad.lst': 'xyz\n',
  'empty.lst': '',
  'comment.lst': `# a comment\n\n${EMPTY.md5}  name\n`,
  'mixed.lst': `${EMPTY.md5}\nxyz\n`,
  'upper.lst': `${EMPTY.md5.toUpperCase()}\n`,
  'indented.lst': ` ${EMPTY.md5}\n`,
};

/** A rule and what it is about. */
export interface Form {
  readonly keyword: string;
  readonly value: string;
  readonly rule: string;
}

/** All forms; each rule with a sid of its own, except where the sid is the point. */
export function argumentForms(): Form[] {
  const forms: Form[] = [];
  for (const [keyword, { protocol = 'tcp', before = '', after = '', values }] of Object.entries(DATA)) {
    const action = keyword === 'config' ? 'config' : 'alert';
    for (const value of values) {
      const message = keyword === 'msg' ? '' : 'msg:"m"; ';
      const sid = keyword === 'sid' ? '' : ` sid:${1_000_000 + forms.length};`;
      forms.push({
        keyword,
        value,
        rule: `${action} ${protocol} any any -> any any (${message}${before} ${keyword}:${value}; ${after}${sid})`,
      });
    }
  }
  return forms;
}
