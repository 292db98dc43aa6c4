"use strict";
// A clock of its own: browsers slow the timers of a page in the background down to one a minute, those of a worker not.
onmessage = ({ data }) => setInterval(() => postMessage(0), data);
