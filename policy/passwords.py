"""Which passwords a local account may have. Length counts most; what is easily guessed from the account is refused."""

import unicodedata

from models.people import User

SHORTEST = 10
LONGEST = 128
_FEWEST_DIFFERENT = 5


def normalized(password: str) -> str:
    """The password as it is kept and compared: a full-width letter from a Chinese keyboard is the letter."""
    return unicodedata.normalize("NFKC", password)


def password_refusal(password: str, user: User) -> str | None:
    """Why that user cannot have this password; None when they can."""
    password = normalized(password)
    if not SHORTEST <= len(password) <= LONGEST:
        return f"密码须为 {SHORTEST} 至 {LONGEST} 个字符，现在是 {len(password)} 个。"
    if len(set(password)) < _FEWEST_DIFFERENT:
        return f"密码过于简单：至少要有 {_FEWEST_DIFFERENT} 个不同的字符。"
    told = (user.id, user.name, user.mobile, user.email, user.staff_no)
    if any(part and part.casefold() in password.casefold() for part in told):
        return "密码不能含有本人的用户名、姓名、手机号、邮箱或工号。"
    return None
