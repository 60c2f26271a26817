"""What can be wrong with a campaign folder. Each message is one line fit for a user."""


class CampaignError(Exception):
    """The folder is not a campaign, or a file in it is not what docs/formats.md says."""


class MissingError(CampaignError):
    """A file or a part of one is not there (yet). `stage` is the stage of `glassforge run` that makes it."""

    def __init__(self, what: str, stage: str) -> None:
        super().__init__(f"{what} (made by stage '{stage}' of glassforge run)")
        self.what = what
        self.stage = stage


class DamagedError(CampaignError):
    """A file exists but cannot be read."""
