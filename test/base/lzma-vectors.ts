// What xz makes of lzma-samples.ts; written by make-lzma-vectors.mjs.

import { LZMA_SAMPLES } from './lzma-samples.ts';

const PACKED: Readonly<Record<string, string>> = {
  text:
    'XQAAAAT//////////wAYCAoHMf8jHt67zvXAgclu8zX3ekdTPgnCnb346IZm4iYrE+7dAOYfItSRJFryRx039aXf0ZvgOjYPJQ51' +
    'dSSxkel4e1BmUX/qjKfwl3GuuSovB8ByA9JFnyBsBv4wQzL5P1NLSnxyw/Q9ClxKxhpCyKAdxwNu7uMvCpqu0KE4LG5wLvZunNBD' +
    'EAnKBL6LEs/E1NYR30LrvMZphdncvQZ0Zbkm94f+Q/vQ7oyz+trd7cGacFQrRRCxsvL7dL0iIadCzoATbO1idfkaSy+amKYn/9mH' +
    'gEM=',
  'text of a size that the header tells':
    'XQAAgAD0AQAAAAAAAAAYCAoHMf8jHt67zvXAgclu8zX3ekdTPgnCnb346IZm4iYrE+7dAOYfItSRJFryRx039aXf0ZvgOjYPJQ51' +
    'dSSxkel4e1BmUX/qjKfwl3GuuSovB8ByA9JFnyBsBv4wQzL5P1NLSnxyw/Q9ClxKxhpCyKAdxwNu7uMvCpqu0KE4LG5wLvZunIwD' +
    '5btV//CHMiU=',
  'bytes, with other parameters':
    'EwAQAAD//////////wAAJrDE1z4GKTzZIX66DwV3oM+wWgd6a7m3Kj533g8fJrAvuc+I1joWhgkQFaIzdRu1hVx6UEnvvto0a9Jn' +
    'm8/nq+Vp7zNYLv3REv7z4xxg5z2gEEJTk45Z+BKIxEY09wiFrKwc51K51+23lcqvcuY2rDkaj4Tlw8pvlwpLf8jmxQTPHqKAiod2' +
    'LmYjWBLX0XSnRjE2QCBbTwj4n8SBGOShEfOSRgszC4+C9w9m4PNrK6T2phZGiGlIJmnT0l2ZDI3LK/N3lnai5n78Q6e1Nkj2S3Gw' +
    '4MLR+kCb34jvPoVu89yxj/ssNFGizUOwLG/YKj13dOpmsUxibXAKN4Wfa9B0Rzue+XU5LbEJLmTcxEfnBwU+reShzRgERvHEqi5X' +
    'uJqBxNiKyFFmxWNrXb5/zOVnRi7IQ6//vB7yPH+js+OAlPbWJFqFEDbXMH2OVxmY6Z3ylexF2XWRXAXQGNSwpblmqiDGch3MG3wy' +
    'lQtZJojUrGUwIqCqMnBAIlaU4h6oLPHM/1N8hhWh77gKspxIgYOG0BeAEPr///u54AA=',
  zeros:
    'XQAAgAD//////////wAAb/3//6O3/0c+SBVyOWFRuJIo5qOGB/nu5B6C0y/FOjwBS7F+yYqKTS+jDdl/puOMIxFT4FkYxXWK4nf4' +
    'tpR/DGrA3nREyfdxXv///fVAAA==',
  'a bomb':
    'XQAAgAD//////////wAAb/3//6O3/0c+SBVyOWFRuJIo5qOGB/nu5B6C0y/FOjwBS7F+yYqKTS+jDdl/puOMIxFT4FkYxXWK4nf4' +
    'tpR/DGrA3nRJZOLpXFOyBNj3RAyrXw1tRunlw3aIt5ZXrLZN4Wkdb/tLiBBsQsuIP1wAj9BOryYolHEfPY8k4XCepyNf7CjLhdGV' +
    'mIp+KpHyJ3X3GcAGlgx/1T9///7gMAA=',
  'text far longer than the dictionary':
    'tAAQAAD//////////wAYCElddGIwAO6P46KfKCb+nfEcwvgOOO4z1a058rfI+w0B227JYZ3fV76cQxql4ErXmJWDmz8yYQ8iAPjb' +
    'jMFss6/hcDoHOURCdjh9Ri/rUTXuA3Ta6MGyxiZbyEUDgvlrUcm4FZvKSCaXkwcxFWRWYa6pBLRRnGSXqoXsKBUubnAhxPEcdW7G' +
    'vYEfSkPiNP7Fw0shnm7yXZanb/qsVCllPN6yOiJv4zcJeWJdovLzUqvSuDVAc9b0ixfMnPZSNGqrRfSWoRG5ROYDLPHQybXXUhKN' +
    'OcLz5q5t3fvcSYCsu0nlgC9i6OC7XRbXUHuS1q9klv5QTNEzi0lUs+r+WIggqexGWbi9DHa+eQ67Inl3dhEpoAX7uSbuo1JrEKfv' +
    'XD9rUlfUHcWTJSC2h0XNgZp0v36B1MjrVOFw4DpGRr2H0fiwamjiQY+eUmC46eRUuNDDhbvdMJzeQoup3Df5xmI2brmo6Zm7lgsF' +
    'I1i5upARp6d3HlaWGPVLQndbBD9MDrzGU2tT8L29AN+lUfoEBK0JVUjjQeekNkO46yYUF0/76fyQkxmY43xAdjp55KIv8IseG5L4' +
    'zLbSYTw1eD0R+nvmCONHOpTd4znE2ePhYYfoDSW1rF/ATpmjOlNJ5f4e7B6cM0l1B+BfRVj5/a0BmkHdDSmP481l/lCYGyT3CIgP' +
    'nvIs7B205QFQMQvXQCBusGFFUjoAbcGCuYKNU5XcfOB4QBv/mERUfRmTwJwfTwuxd4bY42C1mOWq6GNrIjibGJhxj/FL/NoaLmbd' +
    'PYBDyxaBtv6JE/HIeH1Rxser+TbCpWJEv38shw80Z9o8Qcp2i6H9w7/XbbhvoczEGHh7h0WCT+6g+TOG/7JXtIoFirBx9x/FE89L' +
    'Ta/iMdUMAvODT55AuuuUBHco8YD2CZ7+BHVN1ImNSwZWaTGYkwxIUpOD+b8RPe02kyIHaJzuIUBEdECqw6qcFxKA0uDTqzjR3NEU' +
    'b3Njc2H5Culw7uSZLY4QZoyCVW8ecSdNC5wH+aSiC1X9E2ZSZcUMFxmlJDzPadmEhCC7ySOw0RG6yq9kiVcf5FcdP9yNdMvn0H+8' +
    'D86t7AnnN+RST6TuZqpjMEkxcZoWfJiRZfyFgE4BH44jVsoIY5jXgml7Zr1BYWErLIDMySCI8kWPlihKczIZiRs4Ap3ZBAnaQpHj' +
    '06TxnacsT7WQMY8cvQcokVMR3jg0R0FqMzvbLvlAcqQOX9iTUrFFkT4mfsynk+ix+rYpe71YAT55nY313QCI8hp5Wt25GBhMLQtV' +
    '/O1v2+CbLz//9HMizw==',
  'text that a small memory does not hold':
    'XQAAAQD//////////wAYCAoHMf8jHt67zvXAgclu8zX3ekdTPgnCnb346IZm4iYrE+7dAOYfItSRJFryRx039aXf0ZvgOjYPJQ51' +
    'dSSxkel4e1BmUX/qjKfwl3GuuSovB8ByA9JFnyBsBv4wQzL5P1NLSnxyw/Q9ClxKxhpCyKAdxwNu7uMvCpqu0KE4LG5wLvZunNBD' +
    'EAnKBL6LEs/E1NYR30LrvMZphdncvQZ0Zbkm94f+Q/vQ7oyz+trd7cGacFQrRRCxsvL7dL0iIadCzoATbO1idfkaSy9sx/4+FGQG' +
    'UJCnAjLXBdhFaMv79LOfnPAbaVJZMksunO6WSiSVhtNAPigD6qViI6Hq4R1dfBMJH5zsiFOfaubY18LcqHFse7qTn0sHF0KutOUu' +
    'lOggCzshJ0FPMfjvDNdERtxrPQN5VohkpxISnrQA3k1WWnj0lds6gF3/3at4gT6jkX98Wst7TR5t2U6Ttzy5wgSK5b0cjJIWht1S' +
    '7PewrTGTN44Z/6t4irpQad2tmgC/5on2KfJb6xcIwirnxHIz0o81LmNzD4t6iXeF4kiNUeKBu8tmTFhk1oATVBM1TGTEfWnDCq52' +
    'QdE/bbhKXMl7x5hGWy7IH/4G7PNZbpYV3fT9S8BRUsFl64eSk8mQKm09NZgiRZOFyCi1awYxfiUphU9zWIcFVKSaQ97S1gJgMYq9' +
    'AMEiF2o13uYhsP4cixo0msxH2PdHPHle986tmdLuMhFAq96Rt9Anl19GV78sU/AjJsfT8VS+d/mYVs5L/0sPv7Ic41XNjA4vFdMO' +
    'aV96ejV8Mxe3e5Ly47JScviOKLPsMVoDNVPbOmQtFmHoDmy4+5VDTi4tZvI18f5PezhLq8AnyPqw+uYQb/HKBGJ1w6gf2bKrowgn' +
    'tE0PTo3BukfJ3jd8A4a7GYt+VcqSydkvOCzF4YwpPzeDech+GFIKW9xI/stOnuGofk6qnR9NGlujR4EkY2c5TX/LJOzKnIqPWAQO' +
    'W9NBo1w+wdBz0vKM8+uVEV+PsByn+ZuNWHKyLCB0ZbDluAF7k+iJCUyLFx1yz//3nzxi',
  nothing: 'XQAABAD//////////wCD//v//8AAAAA=',
};

export const LZMA_VECTORS = LZMA_SAMPLES.map(({ name, plain }) => ({
  name,
  plain,
  packed: Buffer.from(PACKED[name]!, 'base64'),
}));
