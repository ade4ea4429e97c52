# The native add-on: Hyperscan (or Vectorscan) and PCRE2, each only where its headers are found.
# detect.mjs prints what to compile and link with; `node src/native/addon/detect.mjs` shows what it found.
{
  'targets': [
    {
      'target_name': 'tayra_native',
      'variables': {
        'has_hs': '<!(node src/native/addon/detect.mjs has hs)',
        'has_pcre2': '<!(node src/native/addon/detect.mjs has pcre2)',
      },
      'sources': [
        'src/native/addon/addon.cc',
        'src/native/addon/af_packet.cc',
        'src/native/addon/buffers.cc',
        'src/native/addon/hyperscan.cc',
        'src/native/addon/kernel_sockets.cc',
        'src/native/addon/pcre2.cc',
        'src/native/addon/sockets.cc',
        'src/native/addon/threads.cc',
      ],
      'defines': ['NAPI_VERSION=8'],
      'cflags_cc': ['-std=c++17', '-O2', '-Wall', '-Wextra', '-Wno-cast-function-type', '-fvisibility=hidden'],
      'xcode_settings': {
        'CLANG_CXX_LANGUAGE_STANDARD': 'c++17',
        'MACOSX_DEPLOYMENT_TARGET': '11.0',
      },
      'msvs_settings': {'VCCLCompilerTool': {'AdditionalOptions': ['/std:c++17']}},
      'conditions': [
        ['has_hs=="yes"', {
          'defines': ['TAYRA_HAS_HS'],
          'include_dirs': ['<!@(node src/native/addon/detect.mjs include hs)'],
          'libraries': ['<!@(node src/native/addon/detect.mjs libs hs)'],
        }],
        ['has_pcre2=="yes"', {
          'defines': ['TAYRA_HAS_PCRE2', 'PCRE2_CODE_UNIT_WIDTH=8'],
          'include_dirs': ['<!@(node src/native/addon/detect.mjs include pcre2)'],
          'libraries': ['<!@(node src/native/addon/detect.mjs libs pcre2)'],
        }],
      ],
    },
  ],
}
